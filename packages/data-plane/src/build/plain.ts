import { MeshError } from '@datamesh/core'
import type { BuildJob } from './job.ts'
import type { CompiledModel, Names, Project } from './project.ts'

/** Models that use nothing of Jinja but ref, source, this and config. Stands in until the dbt layer is joined. */
export const compilePlain = (job: BuildJob, names: Names): Project => {
  const folder = `${job.product.transforms.models.replace(/^\.\//, '').replace(/\/$/, '')}/`
  const paths = Object.keys(job.files).filter((path) => path.startsWith(folder) && path.endsWith('.sql'))
  const models = new Map<string, CompiledModel>()
  for (const path of paths) {
    const name = path.split('/').at(-1)!.slice(0, -4)
    const refs: string[] = []
    const ports: string[] = []
    const config: Record<string, unknown> = {}
    const sql = job.files[path]!.replaceAll(/\{\{(.*?)\}\}/gs, (_, inner: string) => {
      const call = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(inner)
      const [word, args] = [call?.[1], [...(call?.[2] ?? '').matchAll(/(?:(\w+)\s*=\s*)?['"]([^'"]*)['"]/g)]]
      if (word === 'ref') {
        refs.push(args[0]![2]!)
        return names.ref(args[0]![2]!)
      }
      if (word === 'source') {
        ports.push(args[0]![2]!)
        return names.source(args[0]![2]!, args[1]![2]!)
      }
      if (word === 'this') return names.self(name)
      if (word === 'config') {
        for (const [, key, value] of args) if (key) config[key] = value
        return ''
      }
      throw new MeshError('model-failed', { model: path, why: `cannot read {{${inner}}}` })
    })
    models.set(name, { name, path, sql, refs, ports, config, materialized: (config.materialized as string) ?? null })
  }
  const ordered: CompiledModel[] = []
  const visit = (model: CompiledModel, above: readonly string[]): void => {
    if (ordered.includes(model)) return
    if (above.includes(model.name))
      throw new MeshError('model-failed', { model: model.path, why: `it reads itself through ${above.join(' → ')}` })
    for (const ref of model.refs) if (models.has(ref)) visit(models.get(ref)!, [...above, model.name])
    ordered.push(model)
  }
  for (const model of models.values()) visit(model, [])
  return { models: ordered, seeds: [], checks: [] }
}
