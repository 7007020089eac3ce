// How much the bench does: the whole of it, a share of it, or a form so small that it only shows
// that everything runs and nothing is lost.

/** Counts of cases, people and events; `scale` is the share of the whole. */
export type Sizes = {
  scale: number
  connections: number
  phones: number
  warmUpCases: number
  burstCases: number
  slowCases: number
  dayCases: number
  reads: number
  startEvents: number
  longEvents: number
  appends: number
  adapterAppends: number
  cityCases: number
  cityPhones: number
  catchUpEvents: number
  listCases: number
  postings: number
}

const WHOLE: Sizes = {
  scale: 1,
  connections: 64,
  phones: 10_000,
  warmUpCases: 2_000,
  burstCases: 15_000,
  slowCases: 4_000,
  dayCases: 70_000,
  reads: 2_000,
  startEvents: 1_000_000,
  longEvents: 5_000_000,
  appends: 200_000,
  adapterAppends: 50_000,
  cityCases: 6_000,
  cityPhones: 2_000,
  catchUpEvents: 200_000,
  listCases: 1_000_000,
  postings: 1_000_000,
}

/** The whole bench, or a share of it: rates then mean less the smaller the share. */
export function sizesOf(scale: number): Sizes {
  const part = (count: number) => Math.max(8, Math.round(count * scale))
  return {
    ...WHOLE,
    scale,
    phones: part(WHOLE.phones),
    warmUpCases: part(WHOLE.warmUpCases),
    burstCases: part(WHOLE.burstCases),
    slowCases: part(WHOLE.slowCases),
    dayCases: part(WHOLE.dayCases),
    reads: part(WHOLE.reads),
    startEvents: part(WHOLE.startEvents),
    longEvents: part(WHOLE.longEvents),
    appends: part(WHOLE.appends),
    adapterAppends: part(WHOLE.adapterAppends),
    cityCases: part(WHOLE.cityCases),
    cityPhones: part(WHOLE.cityPhones),
    catchUpEvents: part(WHOLE.catchUpEvents),
    listCases: part(WHOLE.listCases),
    postings: part(WHOLE.postings),
  }
}
