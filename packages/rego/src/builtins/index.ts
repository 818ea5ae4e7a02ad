import { aggregates } from './aggregates.ts'
import { arrays } from './arrays.ts'
import { aws } from './aws.ts'
import type { Builtins } from './builtin.ts'
import { charged } from './charged.ts'
import { comparisons } from './comparison.ts'
import { crypto } from './crypto/index.ts'
import { encoding } from './encoding.ts'
import { globs } from './glob.ts'
import { globsMatch } from './globs-match.ts'
import { graphs } from './graph.ts'
import { graphql } from './graphql/index.ts'
import { host } from './host.ts'
import { json } from './json.ts'
import { jsonPaths, tracing } from './json-paths.ts'
import { jsonSchema } from './json-schema/index.ts'
import { jwt } from './jwt/index.ts'
import { net } from './net.ts'
import { numbers } from './numbers.ts'
import { objects } from './objects.ts'
import { regex } from './regex.ts'
import { rego } from './rego.ts'
import { semver } from './semver.ts'
import { sets } from './sets.ts'
import { sprintf } from './sprintf.ts'
import { strings } from './strings.ts'
import { templates } from './template/index.ts'
import { time } from './time/index.ts'
import { types } from './types.ts'
import { units } from './units.ts'
import { uri } from './uri.ts'
import { uuid } from './uuid.ts'
import { yaml } from './yaml.ts'

/** Every built-in by its name. Each file holds one family. */
export const builtins: Builtins = {
  ...comparisons,
  ...numbers,
  ...aggregates,
  ...arrays,
  ...sets,
  ...objects,
  ...strings,
  ...sprintf,
  ...types,
  ...regex,
  ...json,
  ...charged(uri, 50, 0.5),
  ...charged(yaml, 100, 8),
  ...templates,
  ...charged(uuid, 50, 0.5),
  ...charged(units, 10, 0.1),
  ...charged(semver, 15, 0.1),
  ...charged(net, 15, 0.1),
  ...tracing,
  ...jsonPaths,
  ...graphs,
  ...globsMatch,
  ...globs,
  ...encoding,
  ...charged(time, 40, 0.1),
  ...aws,
  ...crypto,
  ...graphql,
  ...host,
  ...jsonSchema,
  ...jwt,
  ...rego,
}
