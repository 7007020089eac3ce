// The names of figures that alerts and boards may ask for: ours, and the few of others.

const HISTOGRAMS = ['linli_command_seconds', 'linli_append_seconds', 'linli_http_request_seconds']
const OURS = [
  'linli_commands_total',
  'linli_refusals_total',
  'linli_events_total',
  'linli_log_position',
  'linli_read_position',
  'linli_read_lag_events',
  'linli_effects_position',
  'linli_effects_waiting',
  'linli_effects_parked',
  'linli_clocks_due',
  'linli_store_up',
  'linli_store_faults_total',
]
/** Of prom-client's own figures of a process, those that we ask for. */
const OF_A_PROCESS = [
  'linli_process_cpu_seconds_total',
  'linli_process_resident_memory_bytes',
  'linli_process_start_time_seconds',
  'linli_nodejs_eventloop_lag_p99_seconds',
]
const OF_OTHERS = [
  'up',
  'ALERTS',
  'caddy_reverse_proxy_upstreams_healthy',
  'node_filesystem_avail_bytes',
  'node_filesystem_size_bytes',
]

/** Every series that exists. */
export const KNOWN_METRICS: ReadonlySet<string> = new Set([
  ...HISTOGRAMS.flatMap((name) => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)),
  ...OURS,
  ...OF_A_PROCESS,
  ...OF_OTHERS,
])

/** What PromQL itself means by a word. */
const WORDS = new Set(
  (
    'and or unless by without on ignoring group_left group_right offset bool ' +
    'sum min max avg count topk absent rate increase changes delta predict_linear vector time ' +
    'min_over_time max_over_time histogram_quantile label_values'
  ).split(' '),
)

/** The series that an expression of PromQL asks for; a word that is neither is among them. */
export function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .replace(/\boffset\s+\w+/g, ' ')
  const words = bare.match(/[A-Za-z_:][\w:]*/g) ?? []
  return words.filter((word) => !WORDS.has(word))
}
