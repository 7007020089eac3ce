// The day of the building chiefs, 20 May (row 10), and the honour list of the third community
// (row 21): proposed, announced, granted after the notice.
import { chiefs, crowd } from './registry-cues.ts'
import { agoOf, type Cue, dayAt, type Scene, some } from './scene.ts'

type Honour = { alias: string; kind: string; honour: string; place: string; nominee: string }

/** Three chiefs of the ranking, and six volunteers in two rounds. */
export function honourCues(scene: Scene): Cue[] {
  const may = agoOf(scene, '05-20', 1)
  const best = some(scene, chiefs(scene).slice(2, 5), 1)
  const helpers = some(scene, crowd(scene, 'helper').slice(0, 6), 1)
  return [
    ...best.flatMap(({ who }, index) =>
      cuesOf(scene, may, {
        ...{ alias: `@honour-chief-${index + 1}`, kind: 'chief', honour: '5·20 楼长节优秀楼长' },
        ...{ place: '#community', nominee: who },
      }),
    ),
    ...helpers.flatMap((nominee, index) =>
      cuesOf(scene, index % 2 === 0 ? 310 : 130, {
        ...{ alias: `@honour-${index + 1}`, kind: 'volunteer', honour: '好邻居志愿者' },
        ...{ place: '#c3', nominee },
      }),
    ),
  ]
}

/** Proposed two weeks and a half before the day on which it is granted. */
function cuesOf(scene: Scene, ago: number, { alias, ...data }: Honour): Cue[] {
  const cue = (at: number, what: string, given: Cue['data'] = {}): Cue => ({
    ...{ at, who: 'coordinator', alias, what, data: given },
  })
  const basis = '全年履职记录完整,积分名列前茅,居民满意。'
  return [
    cue(dayAt(scene, ago + 18, '10:00'), 'commendation.propose', { ...data, basis }),
    cue(dayAt(scene, ago + 17, '10:00'), 'announce'),
    cue(dayAt(scene, ago, '10:30'), 'grant'),
  ]
}
