import fc from 'fast-check'
import t from 'tap'
import { pieceHasher, piecesOf, textHasher } from '../src/search-piece.ts'

const secret = Buffer.from('a secret of the test')
const letters = fc.constantFrom(
  '暖',
  '气',
  '温',
  '𠮷',
  '龘',
  '〇',
  'a',
  'Ｂ',
  '7',
  ' ',
  '，',
  'é',
  '',
)
const texts = fc.array(letters, { maxLength: 60 }).map((all) => all.join(''))

t.test('pieces are pairs of Chinese and words of other scripts', async (t) => {
  t.same(piecesOf('暖气不热，三单元502室'), ['暖气', '气不', '不热', '三单', '单元', '502', '室'])
  t.same(piecesOf('𠮷家 𠮷 Heating'), ['𠮷家', '𠮷', 'heating'])
  t.same(piecesOf('，。'), [])
  t.equal(
    piecesOf(
      String.fromCharCode(
        ...Array(3_000)
          .keys()
          .map((n) => 0x4e00 + n),
      ),
    ).length,
    2_000,
  )
})

t.test('a text is stored as its pieces are looked up', async (t) => {
  const hashOf = pieceHasher(secret)
  const hashesOf = textHasher(secret)
  const property = fc.property(texts, (text) => {
    const stored = new Set(hashesOf(text).split(' ').filter(Boolean))
    t.same([...stored].sort(), piecesOf(text).map(hashOf).sort(), text)
  })
  fc.assert(property)
  t.not(textHasher(Buffer.from('another'))('暖气'), hashesOf('暖气'))
  t.match(hashesOf('暖气'), /^[0-9a-f]{15}$/)
})
