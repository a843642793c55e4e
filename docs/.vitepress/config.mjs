// The documentation as a site: built by .ci/site, which copies all pages beside this folder.
import { defineConfig } from 'vitepress'
import { projectLinks, codeBlocks } from './links.mjs'
import { navigation, projectPages } from './navigation.mjs'
import { project } from './project.mjs'
import { slugger } from './slugs.mjs'

const base = process.env.SITE_BASE ?? '/'
if (!/^\/(.+\/)?$/.test(base)) {
  throw new Error(`SITE_BASE must begin and end with / but was ${base}`)
}

export default defineConfig({
  title: 'moe4j',
  description: 'Mixture-of-Experts layers for the JVM',
  lang: 'en',
  base,
  outDir: '../html',
  cacheDir: '../vitepress-cache',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcExclude: ['node_modules/**'],
  rewrites: (page) => page.replace(/README\.md$/, 'index.md'),
  // No message of a broken link is left out; the Javadoc is beside the pages, not among them.
  ignoreDeadLinks: false,
  metaChunk: true,
  vite: { build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 } },
  markdown: {
    anchor: { slugify: slugger },
    config: (md) => {
      md.use(codeBlocks)
      md.use(projectLinks)
    }
  },
  themeConfig: {
    nav: [
      { text: 'Documentation', link: '/docs/' },
      { text: 'Javadoc', link: '/apidocs/index.html', target: '_self', noIcon: true },
      { text: `${project.version}`, items: projectPages() }
    ],
    sidebar: navigation(),
    outline: { level: [2, 3], label: 'On this page' },
    // Each page ends with links to the index and the next page.
    docFooter: { prev: false, next: false },
    socialLinks: [{ icon: 'github', link: project.url, ariaLabel: 'Source code' }],
    search: { provider: 'local' }
  }
})
