// Where something is: what a command that `needs` a place finds of it among its facts.
import { z } from 'zod'

const Located = z.object({ path: z.array(z.string()) })

/** The path of a place in an event's facts, from the community down; undefined without one. */
export const placePath = (fact: unknown): string[] | undefined => Located.safeParse(fact).data?.path
