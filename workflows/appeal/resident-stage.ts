// What a resident sees of an appeal: a shorter list of stages than the states of the machine.

/** Stages as texts name them: `stage.<name>`. */
export type ResidentStage =
  | 'received'
  | 'handling'
  | 'waitingForYou'
  | 'checking'
  | 'paused'
  | 'merged'
  | 'closed'
  | 'rejected'
  | 'withdrawn'

const STAGES: Readonly<Record<string, ResidentStage>> = {
  'open.reported': 'received',
  'open.grid': 'handling',
  'open.deliberation': 'handling',
  'open.referral': 'handling',
  'open.outside': 'handling',
  'open.followUp': 'checking',
  suspended: 'paused',
  merged: 'merged',
  mergedOutside: 'merged',
  closed: 'closed',
  archived: 'closed',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
}

/** The stage of a state path; `asking` is the summary's column of that name. */
export const residentStage = (path: string, asking: unknown = null): ResidentStage =>
  asking === 'waiting' && path.startsWith('open.') ? 'waitingForYou' : (STAGES[path] ?? 'handling')
