import fc from 'fast-check'
import t from 'tap'
import { LoopWaker } from '../src/index.ts'

/** A log, a loop that reads it in a thread, and the two channels by which its caller hears. */
class Scene {
  head = 0
  position = 0
  wakesSent = 0
  readonly #wakes: true[] = []
  readonly #appends: number[] = []
  readonly #reports: number[] = []
  readonly #waker = new LoopWaker(() => {
    this.wakesSent += 1
    this.#wakes.push(true)
  })

  readonly acts = {
    append: () => {
      this.head += 1
      this.#appends.push(this.head)
    },
    hearAppend: () => {
      const head = this.#appends.shift()
      if (head !== undefined) this.#waker.appended(head)
    },
    read: () => {
      if (this.#wakes.shift() === undefined || this.position === this.head) return
      this.position = this.head
      this.#reports.push(this.position)
    },
    hearReport: () => {
      const position = this.#reports.shift()
      if (position !== undefined) this.#waker.reached(position)
    },
  }

  get isQuiet(): boolean {
    return this.#wakes.length + this.#appends.length + this.#reports.length === 0
  }
}

t.test('whatever order appends and reports are heard in, the end of the log is read', async (t) => {
  const act = fc.constantFrom<keyof Scene['acts']>('append', 'hearAppend', 'read', 'hearReport')
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
      const scene = new Scene()
      for (const name of acts) scene.acts[name]()
      while (!scene.isQuiet) {
        scene.acts.hearReport()
        scene.acts.read()
        scene.acts.hearAppend()
      }
      return scene.position === scene.head
    }),
    { numRuns: 2_000 },
  )
  t.pass('no interleaving leaves events unread')
})

t.test('one wake for all that is appended while the loop is busy', async (t) => {
  const scene = new Scene()
  for (let count = 0; count < 100; count += 1) {
    scene.acts.append()
    scene.acts.hearAppend()
  }
  t.equal(scene.wakesSent, 1)
})
