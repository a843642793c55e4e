// Links of the pages as they are on GitHub: to a page, they become links within the site; to any other file
// of the project, links to the repository.
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { pages, project, root } from './project.mjs'

/** The address within the site of a page, given as a path from the project's folder. */
export function address(page) {
  return '/' + page.replace(/\.md$/, '.html').replace(/(^|\/)README\.html$/, '$1')
}

/** Whether a file of the project is a page of the site. */
export function isPage(file) {
  return file.endsWith('.md') && existsSync(path.join(pages, file))
}

function target(href, page) {
  if (/^([a-z]+:|#|\/\/)/i.test(href)) {
    return href
  }
  const [, name, anchor] = href.match(/^([^#]*)(#.*)?$/)
  const from = path.posix.dirname(path.relative(pages, page).replaceAll('\\', '/'))
  const file = path.posix.normalize(path.posix.join(from, decodeURI(name)))
  const absolute = path.join(root, file)
  if (file.startsWith('..') || !existsSync(absolute)) {
    throw new Error(`${path.relative(pages, page)}: no file for the link ${href}`)
  }
  if (isPage(file)) {
    return address(file) + (anchor ?? '')
  }
  const kind = statSync(absolute).isDirectory() ? 'tree' : 'blob'
  return `${project.url}/${kind}/${project.tag}/${file}${anchor ?? ''}`
}

/** Rewrites the links of a page. */
export function projectLinks(md) {
  md.core.ruler.after('inline', 'project-links', (state) => {
    const page = state.env.realPath ?? state.env.path
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          token.attrSet('href', target(token.attrGet('href'), page))
        }
      }
    }
  })
}

/** Indented code looks like fenced code. */
export function codeBlocks(md) {
  md.core.ruler.after('block', 'code-blocks', (state) => {
    for (const token of state.tokens) {
      if (token.type === 'code_block') {
        token.type = 'fence'
        token.tag = 'code'
        token.info = 'text'
        token.markup = '```'
      }
    }
  })
}
