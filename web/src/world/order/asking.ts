import { api } from "../../kit/api";
import { changed } from "./changes";
import type {
  CompanyAnswer,
  Deed,
  Followers,
  ListedReport,
  Minute,
  OrderAnswer,
  Outcome,
  Reason,
  ReportView,
} from "./model";

const OURS = "/api/world";

async function changing<T>(work: Promise<T>): Promise<T> {
  const done = await work;
  changed();
  return done;
}

/** What we ask of the house about others, one verb each. */
export const asking = {
  company: (stop?: AbortSignal) => api.get<CompanyAnswer>(`${OURS}/company`, stop),
  order: (place: string, stop?: AbortSignal) =>
    api.get<OrderAnswer>(`${OURS}/places/${place}/order`, stop),
  invitation: (place: string, stop?: AbortSignal) =>
    api.get<{ url: string; svg: string }>(`${OURS}/places/${place}/invitation`, stop),
  reports: (stop?: AbortSignal) => api.get<readonly ListedReport[]>(`${OURS}/reports`, stop),

  setSelf: (mine: { bubble?: boolean; followers?: Followers; in_photos?: boolean }) =>
    changing(api.put(`${OURS}/company/self`, mine)),
  setChild: (patient: string, is_child: boolean, phrases_only: boolean) =>
    changing(api.put(`${OURS}/children/${patient}`, { is_child, phrases_only })),
  block: (who: string) => changing(api.post(`${OURS}/people/${who}/block`)),
  unblock: (id: string) => changing(api.delete(`${OURS}/blocks/${id}`)),
  ask: (who: string) => changing(api.post(`${OURS}/people/${who}/ask`)),
  accept: (id: string) => changing(api.post(`${OURS}/friends/${id}/accept`)),
  end: (id: string) => changing(api.delete(`${OURS}/friends/${id}`)),
  show: (id: string, shows: boolean) => changing(api.put(`${OURS}/friends/${id}`, { shows })),
  invite: (id: string, place: string) => api.post(`${OURS}/friends/${id}/invite`, { place }),
  mark: (who: string) => api.get<{ mark: string }>(`${OURS}/people/${who}/mark`),
  follow: (who: string) => api.post(`${OURS}/people/${who}/follow`, { on: true }),
  shakeOff: (who: string) => api.post(`${OURS}/people/${who}/follow`, { on: false }),
  report: (who: string, why: Reason) =>
    changing(api.post<ReportView>(`${OURS}/people/${who}/report`, { why })),
  appeal: (id: string, words: string) => changing(api.post(`${OURS}/acts/${id}/appeal`, { words })),

  act: (place: string, wish: Act) => changing(api.post(`${OURS}/places/${place}/order`, wish)),
  lift: (id: string) => changing(api.post(`${OURS}/acts/${id}/lift`)),
  open: (id: string) => changing(api.post<Minute>(`${OURS}/reports/${id}/open`)),
  answer: (id: string, outcome: Outcome, words: string) =>
    changing(api.post(`${OURS}/reports/${id}/answer`, { outcome, words })),
};

export interface Act {
  readonly deed: Deed;
  readonly who?: string;
  readonly reason?: string;
  readonly minutes?: number | null;
  readonly every_s?: number;
}
