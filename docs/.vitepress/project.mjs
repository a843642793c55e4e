// What the pages say of the project itself is read from pom.xml.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

/** The folder of the pages, a copy that .ci/site makes. */
export const pages = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** The folder that they were copied from. */
export const root = path.resolve(process.env.PROJECT_ROOT ?? path.join(pages, '../../..'))

const pom = readFileSync(path.join(root, 'pom.xml'), 'utf8')

function first(pattern) {
  const found = pom.match(pattern)
  if (!found) {
    throw new Error(`pom.xml must match ${pattern}`)
  }
  return found[1]
}

export const project = {
  version: first(/<version>([^<]+)<\/version>/),
  url: first(/<scm>[^]*?<url>([^<]+)<\/url>[^]*?<\/scm>/),
  tag: first(/<scm>[^]*?<tag>([^<]+)<\/tag>[^]*?<\/scm>/)
}
