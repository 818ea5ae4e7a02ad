import { glob, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { type InputPort, MeshError } from '@datamesh/core'

/** A file that a build reads. Equal path, size and time are taken for equal content. */
export type InputFile = { port: string; path: string; bytes: number; modifiedAt: string }

type FilePort = InputPort & { source: { from: 'files' } }
export const isFilePort = (port: InputPort): port is FilePort => port.source.from === 'files'

const globSigns = /[*?[\]{}]/

/**
 * The files of a port in a fixed order, symbolic links resolved, each inside one of the roots.
 * @throws input-unreadable when there are none or one lies outside
 */
export const locateFiles = async (
  port: FilePort,
  place: { productRoot: string | null; inputRoots: readonly string[] },
): Promise<InputFile[]> => {
  const { location } = port.source
  const refuse = (why: string): never => {
    throw new MeshError(
      'input-unreadable',
      { port: port.name, why },
      { issues: [{ code: 'input-unreadable', message: why, severity: 'error', at: port.at }] },
    )
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location))
    return refuse(`${location} is not on this machine; copy it to a folder first`)
  if (!isAbsolute(location) && place.productRoot === null) {
    return refuse(`${location} is relative, and this release came without a folder`)
  }
  const wanted = resolve(place.productRoot ?? sep, location)
  const roots = await Promise.all(place.inputRoots.map((root) => realpath(root).catch(() => root)))
  const outside = `${location} lies outside the folders that inputs may come from`
  // Before anything is looked for: a pattern from the root would walk the whole disk.
  const base = await nearestReal(globSigns.test(location) ? fixedPart(wanted) : wanted)
  if (!roots.some((root) => isInside(base, root))) return refuse(outside)
  const found = globSigns.test(location) ? await matches(wanted) : [wanted]
  const files: InputFile[] = []
  for (const path of found.sort()) {
    const real = await realpath(path).catch(() => refuse(`there is no file ${location}`))
    if (!roots.some((root) => isInside(real, root))) return refuse(outside)
    const seen = await stat(real)
    if (!seen.isFile()) {
      if (!seen.isDirectory()) return refuse(`${path} is neither a file nor a folder`)
      if (found.length === 1)
        return refuse(`${location} is a folder; write ${location.replace(/\/$/, '')}/*.${port.source.format}`)
      continue
    }
    // The engine would read the signs in such a name as a pattern again, and open other files.
    if (globSigns.test(real))
      return refuse(`the name of ${location} has one of * ? [ ] { } in it; rename the file or folder`)
    files.push({ port: port.name, path: real, bytes: seen.size, modifiedAt: seen.mtime.toISOString() })
  }
  return files.length === 0 ? refuse(`no file matches ${location}`) : files
}

/** The folders of a pattern before its first sign. */
const fixedPart = (pattern: string): string => {
  const parts = pattern.split(sep)
  return (
    parts
      .slice(
        0,
        parts.findIndex((part) => globSigns.test(part)),
      )
      .join(sep) || sep
  )
}

/** The real path of a place, or of the nearest folder above it that there is. */
const nearestReal = async (path: string): Promise<string> =>
  realpath(path).catch(() => (dirname(path) === path ? path : nearestReal(dirname(path))))

const matches = async (pattern: string): Promise<string[]> => {
  const found: string[] = []
  for await (const path of glob(pattern)) found.push(path)
  return found
}

const isInside = (path: string, root: string): boolean => {
  const from = relative(root, path)
  return from === '' || (!from.startsWith(`..${sep}`) && from !== '..' && !isAbsolute(from))
}
