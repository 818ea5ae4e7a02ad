import type { OutputPort } from '../manifest/index.ts'

/** What an installation can serve ports by. */
export type Serving = 'rest' | 'files' | 'sql' | 'stream'
export type Installation = { serves: readonly Serving[] }

/** What this release serves everywhere it runs. */
export const thisRelease: Installation = { serves: ['rest', 'files'] }

export type Provision = { here: true; serves: Serving } | { here: false; reason: string }

/** Types that are read here as they are → by what. CSV, JSON and Arrow are what the REST port answers by `Accept`. */
const servedBy: Readonly<Record<string, Serving>> = {
  api: 'rest',
  rest: 'rest',
  http: 'rest',
  https: 'rest',
  openapi: 'rest',
  csv: 'rest',
  json: 'rest',
  ndjson: 'rest',
  arrow: 'rest',
  batch: 'files',
  file: 'files',
  files: 'files',
  parquet: 'files',
  local: 'files',
  table: 'files',
  sql: 'sql',
  postgres: 'sql',
  postgresql: 'sql',
  streaming: 'stream',
  stream: 'stream',
  sse: 'stream',
  'durable-stream': 'stream',
  events: 'stream',
}

/** What a technology would need that is not here. */
const needs: Readonly<Record<string, string>> = {
  bigquery: 'bigquery needs the credentials of a Google Cloud project',
  pubsub: 'pubsub needs the credentials of a Google Cloud project',
  gcs: 'gcs needs a bucket and the credentials of a Google Cloud project',
  snowflake: 'snowflake needs an account, a warehouse and a role',
  redshift: 'redshift needs a cluster and the credentials of an AWS account',
  athena: 'athena needs the credentials of an AWS account',
  kinesis: 'kinesis needs the credentials of an AWS account',
  s3: 's3 needs a bucket and the credentials of an AWS account',
  databricks: 'databricks needs a workspace and a token',
  synapse: 'synapse needs the credentials of an Azure subscription',
  fabric: 'fabric needs the credentials of an Azure subscription',
  adls: 'adls needs a container and the credentials of an Azure subscription',
  azure: 'azure needs a container and the credentials of an Azure subscription',
  eventhubs: 'eventhubs needs the credentials of an Azure subscription',
  kafka: 'kafka needs a broker, and none is configured',
  redpanda: 'redpanda needs a broker, and none is configured',
  pulsar: 'pulsar needs a broker, and none is configured',
  rabbitmq: 'rabbitmq needs a broker, and none is configured',
  nats: 'nats needs a server, and none is configured',
  mqtt: 'mqtt needs a broker, and none is configured',
  iceberg: 'iceberg metadata is not written over the files yet',
  delta: 'delta metadata is not written over the files yet',
  hudi: 'hudi metadata is not written over the files',
  graphql: 'no GraphQL endpoint is served',
  grpc: 'no gRPC endpoint is served',
  mcp: 'no MCP endpoint is served yet',
  webhook: 'no webhooks are sent yet',
  websocket: 'no WebSocket is served yet',
  sftp: 'sftp needs a host and a key',
}

const schemes: Readonly<Record<string, string>> = {
  s3: 's3',
  s3a: 's3',
  gs: 'gcs',
  abfs: 'adls',
  abfss: 'adls',
  wasbs: 'azure',
  az: 'azure',
  hdfs: 'hdfs',
  sftp: 'sftp',
  ftp: 'ftp',
}

/** Formats that the file port hands out: the snapshot's own Parquet files. */
const fileFormats = new Set(['parquet', 'columnar'])

/** Whether an installation serves a port, and by what; otherwise it is declared, with a concrete reason and a way to the data. */
export function provisionOf(
  port: Pick<OutputPort, 'kind' | 'technology' | 'format' | 'location'>,
  installation: Installation,
): Provision {
  const otherwise = `consumers read the same snapshot through ${installation.serves.includes('files') ? 'a file or API port' : 'an API port'}`
  const no = (reason: string): Provision => ({ here: false, reason: `${reason}; ${otherwise}` })
  const scheme = /^([a-z][a-z0-9+]*):\/\//i.exec(port.location ?? '')?.[1]?.toLowerCase()
  const store = scheme !== undefined && Object.hasOwn(schemes, scheme) ? schemes[scheme]! : undefined
  const serves = Object.hasOwn(servedBy, port.technology) ? servedBy[port.technology] : undefined
  if (serves === 'files' && store) return no(needs[store] ?? `${store} needs a host and credentials`)
  if (serves === 'files' && port.format !== undefined && !fileFormats.has(port.format.toLowerCase())) {
    const format = port.format.toLowerCase()
    return no(Object.hasOwn(needs, format) ? needs[format]! : `the files of a snapshot are Parquet, not ${port.format}`)
  }
  if (serves && installation.serves.includes(serves)) return { here: true, serves }
  if (serves === 'sql') return no('no SQL endpoint is served yet')
  if (serves === 'stream') return no('no stream is served yet')
  if (serves) return no(`this installation does not serve ${port.technology}`)
  return no(
    Object.hasOwn(needs, port.technology)
      ? needs[port.technology]!
      : `this installation has no connector for ${port.technology}`,
  )
}
