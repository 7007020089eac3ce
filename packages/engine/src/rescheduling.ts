// After the calendar's data changed (a year was published, or a published one corrected): every
// running limit is reckoned again, and `clock.rescheduled` is given where it ends elsewhere or is
// certain now. work.db remembers by which years that was last done to the end, so that a process
// killed in the middle does the rest at its next start. Must not turn clocks: timers do.
import { type Clock, type Instance, isCounting, iso, isRefusal, reschedule } from '@linli/workflow'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'
import { SYSTEM } from './permission.ts'
import type { Work } from './work.ts'

/** An instance in which a clock runs, by its place in the read model. */
export type RunningInstance = { key: number; id: string }

/** What rescheduling works on; `running` reads the read model, which must have the whole log. */
export type ReschedulingOptions = {
  engine: Engine
  work: Work
  running: (after: number, limit: number) => Promise<RunningInstance[]>
}

/** Whether the calendar is another than the one that running limits were last reckoned by. */
export async function isCalendarChanged({
  engine,
  work,
}: Pick<ReschedulingOptions, 'engine' | 'work'>): Promise<boolean> {
  const last = await work
    .selectFrom('calendar_change')
    .select('years')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.years !== engine.calendars.years
}

/**
 * Reckons all running limits by the calendar as it is now and remembers it. Gives how many moved.
 * Again, or after it broke off: only what is left. Nobody else may give commands meanwhile.
 */
export async function rescheduleClocks(options: ReschedulingOptions): Promise<number> {
  const { engine, work, running } = options
  let moved = 0
  for (let after = 0; ; ) {
    const found = await running(after, BATCH)
    const counts = await Promise.all(found.map(({ id }) => rescheduleIn(engine, id)))
    moved += counts.reduce((sum, count) => sum + count, 0)
    after = found.at(-1)?.key ?? after
    if (found.length < BATCH) break
  }
  const change = { years: engine.calendars.years, at: engine.now(), clocks: moved }
  await work.insertInto('calendar_change').values(change).execute()
  return moved
}

/** Instances taken at once: their commands share a commit. */
const BATCH = 64

async function rescheduleIn(engine: Engine, id: string): Promise<number> {
  const instance = await engine.instances.get(id)
  if (instance === undefined) return 0
  let moved = 0
  for (const clock of Object.values(instance.clocks)) {
    if (isMoved(engine, instance, clock) && (await move(engine, instance, clock))) moved += 1
  }
  if (moved === 0) engine.instances.drop(id)
  return moved
}

/** A clock that only becomes certain, and has warned or ended already, would do so once more. */
function isMoved(engine: Engine, { workflow, policy: id }: Instance, clock: Clock): boolean {
  const policy = workflow.policies.get(id)
  if (policy === undefined || !isCounting(clock)) return false
  const calendar = engine.calendars(policy.calendar)
  const record = reschedule(clock, { at: engine.now(), policy, calendar })
  if (record === undefined) return false
  return clock.status === 'running' || record.dueAt !== iso(clock.dueAt)
}

/** The generation is part of the key: a clock moves once for a calendar, whoever asks again. */
async function move(engine: Engine, instance: Instance, clock: Clock): Promise<boolean> {
  const { round, generation } = clock
  const answer = await execute(engine, {
    workflow: instance.workflow.id,
    command: 'clock.rescheduled',
    instance: instance.stream,
    key: `${clock.clock}:${generation}:rescheduled`,
    caller: SYSTEM,
    data: { clock: clock.clock, round, generation },
  })
  return !isRefusal(answer) && !answer.repeated
}
