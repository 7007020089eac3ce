// The numbers in a door's and in an entrance's name. Pure; imports nothing.

/** The entrance that a door number names: 2 in 3-2-501 and in 2-501; undefined for 501. */
export function entranceIn(door: string): number | undefined {
  const parts = door.normalize('NFKC').split(/[-‐–—]/)
  const named = parts.length < 2 ? undefined : parts.at(-2)?.trim()
  return named !== undefined && /^\d{1,3}$/.test(named) ? Number(named) : undefined
}

/** The number of an entrance: the last one in its name, as in 3号楼2单元. */
export function entranceOf(name: string): number | undefined {
  const last = name
    .normalize('NFKC')
    .match(/\d{1,3}/g)
    ?.at(-1)
  return last === undefined ? undefined : Number(last)
}
