// The navigation is what docs/README.md lists.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import MarkdownIt from 'markdown-it'
import { address, isPage } from './links.mjs'
import { pages } from './project.mjs'

const INDEX = 'docs/README.md'

function tokens(page) {
  return new MarkdownIt().parse(readFileSync(path.join(pages, page), 'utf8'), {})
}

/** The links to pages in an inline token, as entries of a menu. */
function entries(inline, page) {
  const found = []
  const children = inline.children ?? []
  children.forEach((token, at) => {
    if (token.type !== 'link_open') {
      return
    }
    const end = children.findIndex((other, i) => i > at && other.type === 'link_close')
    const text = children.slice(at + 1, end).map((part) => part.content || ' ').join('')
    const file = path.posix.join(path.posix.dirname(page), token.attrGet('href').replace(/#.*/, ''))
    if (isPage(file)) {
      found.push({ text, link: address(file) })
    }
  })
  return found
}

/**
 * Groups of the sidebar: one for each heading of the index. An item of a numbered list is the page that it links to
 * first; a row of a table is a page with what stands beside it; elsewhere every page that is linked to is an item.
 */
export function navigation() {
  const groups = []
  const list = tokens(INDEX)
  let group = { text: 'Documentation', items: [] }
  list.forEach((token, at) => {
    if (token.type === 'heading_open' && token.tag !== 'h1') {
      group = { text: list[at + 1].content, collapsed: true, items: [] }
    } else if (token.type === 'inline' && list[at - 1].type !== 'heading_open') {
      const links = entries(token, INDEX)
      const listed = list[at - 2].type === 'list_item_open'
      group.items.push(...(listed ? links.slice(0, 1) : links))
      group.collapsed &&= !listed
      if (links.length > 0 && list[at - 1].type === 'td_open' && list[at + 2].type === 'td_open') {
        group.items.at(-1).text += `: ${list[at + 3].content}`
      }
    }
    if (group.items.length > 0 && !groups.includes(group)) {
      groups.push(group)
    }
  })
  if (groups.length < 3) {
    throw new Error(`${INDEX} must list pages in at least 3 groups but has ${groups.length}`)
  }
  return groups
}

/** Pages about the project itself: those that README.md links to in its last list of links and are not in docs. */
export function projectPages() {
  const lists = tokens('README.md')
    .filter((token) => token.type === 'inline' && token.content.includes(' · '))
    .map((token) => entries(token, 'README.md').filter((entry) => !entry.link.startsWith('/docs/')))
  const found = lists.at(-1) ?? []
  if (found.length === 0) {
    throw new Error('README.md must have a line of links separated by ·')
  }
  return found
}
