// Commands that arrive in one turn of the event loop go through the engine side by side, stage by
// stage, and not each from end to end: the code and data of a stage stay in the processor's caches
// for all of them. Measured at 64 connections: 290 µs of the main thread a command alone, 170 so.

let turn: Promise<void> | undefined

/** Resolves when all that this turn of the event loop brings has been read; shared by all of it. */
export function endOfTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined
      resolve()
    })
  })
  return turn
}
