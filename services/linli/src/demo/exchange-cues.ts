// The time exchange of the fifth community (row 29): forty minutes served buy ninety minutes of
// class, once a quarter. Learners spend what their service earned them.
import { crowd } from './registry-cues.ts'
import { type Cue, dayAt, type Scene } from './scene.ts'

const QUARTERS = [285, 195, 103, 12] as const

/** Four days of exchange; another third of the learners takes a class each time. */
export const exchangeCues = (scene: Scene): Cue[] =>
  QUARTERS.flatMap((ago, quarter) =>
    crowd(scene, 'learner')
      .filter((_, index) => (index + quarter) % 3 === 0)
      .map((who): Cue => {
        const at = dayAt(scene, ago, '09:00')
        return { at, who, alias: `minutes:${who}`, what: 'exchange', data: { classes: 1 } }
      }),
  )
