import {
  auth,
  curl,
  download,
  endings,
  fileOf,
  formatOf,
  givesFiles,
  type Make,
  mediaTypes,
  parquetOf,
  relationOf,
  rowsUrl,
  type Snippet,
  type Where,
} from './snippet.ts'

export { firstSnippet, formatOf, relationOf, type Snippet, type SnippetPort, type Where } from './snippet.ts'

const python: Make = (where) => ({
  id: 'python',
  label: 'Python',
  note: 'Needs nothing but Python.',
  code: givesFiles(where)
    ? `import os
import shutil
import urllib.request

request = urllib.request.Request(
    "${rowsUrl(where)}",
    headers={
        "Authorization": f"Bearer {os.environ['DATAMESH_TOKEN']}",
        "Accept": "${mediaTypes[formatOf(where.port)]}",
    },
)
with urllib.request.urlopen(request, timeout=300) as reply, open("${fileOf(where)}", "wb") as file:
    shutil.copyfileobj(reply, file)
print("wrote ${fileOf(where)}")`
    : `import json
import os
import urllib.request

request = urllib.request.Request(
    "${rowsUrl(where)}?limit=10",
    headers={"Authorization": f"Bearer {os.environ['DATAMESH_TOKEN']}"},
)
with urllib.request.urlopen(request, timeout=60) as reply:
    page = json.load(reply)  # page["next"] goes on: ?cursor=...

for row in page["data"]:
    print(row)`,
})

const pandas: Make = (where) => ({
  id: 'pandas',
  label: 'pandas',
  note: `pip install requests pandas${givesFiles(where) && ['parquet', 'arrow'].includes(formatOf(where.port)) ? ' pyarrow' : ''}`,
  code: givesFiles(where)
    ? `import io
import os

import pandas as pd
${formatOf(where.port) === 'arrow' ? 'import pyarrow as pa\n' : ''}import requests

reply = requests.get(
    "${rowsUrl(where)}",
    headers={
        "Authorization": f"Bearer {os.environ['DATAMESH_TOKEN']}",
        "Accept": "${mediaTypes[formatOf(where.port)]}",
    },
    timeout=300,
)
reply.raise_for_status()
frame = ${pandasReader(formatOf(where.port))}
print(frame.head())`
    : `import os

import pandas as pd
import requests

reply = requests.get(
    "${rowsUrl(where)}",
    headers={"Authorization": f"Bearer {os.environ['DATAMESH_TOKEN']}"},
    params={"limit": 1000},
    timeout=60,
)
reply.raise_for_status()
page = reply.json()  # page["next"] goes on: params={"cursor": page["next"]}
frame = pd.DataFrame(page["data"])
print(frame.head())`,
})
const pandasReader = (format: string): string => {
  if (format === 'csv') return 'pd.read_csv(io.BytesIO(reply.content))'
  if (endings[format] === 'ndjson') return 'pd.read_json(io.BytesIO(reply.content), lines=True)'
  if (format === 'arrow') return 'pa.ipc.open_stream(reply.content).read_pandas()'
  return 'pd.read_parquet(io.BytesIO(reply.content))'
}

const typescript: Make = ({ origin, product, table }) => ({
  id: 'typescript',
  label: 'TypeScript',
  note: 'npm install @datamesh/sdk',
  code: `import { connect } from '@datamesh/sdk'

const mesh = connect({ url: '${origin}', token: process.env.DATAMESH_TOKEN ?? '' })

let seen = 0
// page by page of one snapshot, whatever is published meanwhile
for await (const row of mesh.rows('${product}', '${table}')) {
  console.log(row)
  if (++seen === 10) break
}`,
})

const duckdb: Make = (where) => {
  const { files } = where
  const file = fileOf(where)
  const fetched = `${download(where)}\n\nduckdb -c "from '${file}' limit 10"`
  return files === undefined || files.length === 0 || formatOf(where.port) !== 'parquet'
    ? { id: 'duckdb', label: 'DuckDB', code: fetched }
    : {
        id: 'duckdb',
        label: 'DuckDB',
        note: 'Over HTTP needs the httpfs extension, which DuckDB loads by itself when it may reach the internet. The addresses are those of the newest snapshot and stay as they are.',
        code: `# download once, read often
${fetched}

# or over HTTP, only the columns and row groups that are needed
duckdb -c "
  create secret (type http, bearer_token '$DATAMESH_TOKEN', scope '${where.origin}');
  from read_parquet([${files.map((each) => `\n    '${where.origin}${each}'`).join(',')}\n  ]) limit 10;
"`,
      }
}

const sql: Make = (where) => ({
  id: 'sql',
  label: 'SQL',
  note: 'The result is kept for an hour. Products of other domains can be joined by their names.',
  code: `# with the CLI
export DATAMESH_URL=${where.origin}
datamesh sql "select * from ${relationOf(where)} limit 10"

# with curl alone
query=$(curl -fsS -X POST ${auth} \\
  -H "Content-Type: application/json" \\
  -d '{"sql": "select * from ${relationOf(where)} limit 10"}' \\
  "${where.origin}/api/v1/sql/queries" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)

curl -fsS ${auth} -o /dev/null "${where.origin}/api/v1/sql/queries/$query?wait=10000"
curl -fsS ${auth} "${where.origin}/api/v1/sql/queries/$query/export?format=csv"`,
})

const cli: Make = (where) => {
  const { origin, product, table, tables } = where
  const flag = table === tables[0] ? '' : ` --table ${table}`
  const format = givesFiles(where) ? formatOf(where.port) : 'parquet'
  const as = endings[format] ?? format
  return {
    id: 'cli',
    label: 'CLI',
    note: 'The token is taken from DATAMESH_TOKEN.',
    code: `export DATAMESH_URL=${origin}
datamesh read ${product}${flag} --limit 10
datamesh read ${product}${flag} --format ${as} --output ${table}.${as}`,
  }
}

const dbt: Make = (where) => {
  const [domain = ''] = where.product.split('/')
  return {
    id: 'dbt',
    label: 'dbt',
    note: 'For dbt-duckdb; download the file before dbt runs.',
    code: `# data/${fileOf(where)}:
${commented(download(where).replace(`-o ${fileOf(where)}`, `--create-dirs -o data/${fileOf(where)}`))}

# models/sources.yml
version: 2
sources:
  - name: ${domain.replaceAll('-', '_')}
    tables:
      - name: ${where.table}
        meta:
          external_location: data/${fileOf(where)}`,
  }
}

const spark: Make = (where) => {
  const format = formatOf(where.port)
  const reader =
    format === 'csv'
      ? `csv("${fileOf(where)}", header=True, inferSchema=True)`
      : endings[format] === 'ndjson'
        ? `json("${fileOf(where)}")`
        : `parquet("${fileOf(where)}")`
  return {
    id: 'spark',
    label: 'Spark',
    note: 'Reads the downloaded file.',
    code: `# ${fileOf(where)}:
${commented(download(where))}

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
frame = spark.read.${reader}
frame.show(10)`,
  }
}
const commented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `#   ${line}`)
    .join('\n')

/** What can be pasted for a port, the shortest way first. A port that is only declared has none. */
export const snippetsOf = (where: Where): Snippet[] => {
  if (!where.port.provisioned || where.table === '') return []
  const makes = givesFiles(where)
    ? [curl, python, pandas, ...(formatOf(where.port) === 'arrow' ? [] : [duckdb, dbt, spark]), cli]
    : [curl, python, pandas, typescript, sql, cli, duckdbOfRows]
  return makes.map((make) => make(where))
}
const duckdbOfRows: Make = (where) => duckdb(parquetOf({ ...where, files: [] }))
