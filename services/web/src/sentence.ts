// Texts of workflows are written for the middle of a sentence; alone they begin with a capital.

/** The same text with a capital first letter; Chinese stays as it is. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
