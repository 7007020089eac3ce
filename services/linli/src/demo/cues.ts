// All cues of the demo's second part, by hand.
import { careCues } from './care-cues.ts'
import { dutyCues } from './duty-cues.ts'
import { exchangeCues } from './exchange-cues.ts'
import { yearOfGatherings } from './gathering-cues.ts'
import { honourCues } from './honour-cues.ts'
import { listCues } from './list-cues.ts'
import { officeStories } from './office-stories.ts'
import { registryCues } from './registry-cues.ts'
import { type Cue, cuesOf, type Scene } from './scene.ts'
import { worryCues } from './worry-cues.ts'

/** What happened in the sub-district's year: nothing after the demo ends. */
export const cuesIn = (scene: Scene): Cue[] =>
  [
    ...registryCues(scene),
    ...yearOfGatherings(scene),
    ...dutyCues(scene),
    ...careCues(scene),
    ...worryCues(scene),
    ...listCues(scene),
    ...exchangeCues(scene),
    ...honourCues(scene),
    ...officeStories.flatMap((story) => cuesOf(scene, story)),
  ].filter(({ at }) => at <= scene.now)
