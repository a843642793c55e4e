// Writes the files that the page shows, each under the path that the paragraph before it names.
def root = basedir.toPath().resolve('../../../..').normalize()
def page = root.resolve('docs/tour.md').toFile().getText('UTF-8')
def files = (page =~ /(?s)`([^`\n]+)`(?:(?!\n\n)[^`])*:\n\n```(?!sh)[^\n]*\n(.*?)```\n/).collect { [it[1], it[2]] }
def names = files.collect { it[0].tokenize('/').last() }
assert names.sort() == ['ModelFolder.java', 'ThresholdProvider.java', 'ThresholdRule.java', 'ThresholdRuleContractTest.java',
    'io.github.moe4j.routing.catalogue.RouterProvider', 'moe4j', 'pom.xml']: names

// The page's POM, with the version that is tested and those of plugins that this machine has.
def own = new File(basedir, 'pom.xml').getText('UTF-8')
def pins = (own =~ /(?s) *<pluginManagement>.*<\/pluginManagement>\n/)[0]
def version = (own =~ /<moe4j.version>([^<]+)</)[0][1]
['src', 'target', 'first', 'second', 'ranks', 'model', 'run'].each { new File(basedir, it).deleteDir() }
['times.json', 'times.html'].each { new File(basedir, it).delete() }
files.each { name, text ->
  def file = new File(basedir, name)
  file.parentFile.mkdirs()
  if (name == 'pom.xml') {
    text = text.replaceFirst('<build>\n', "<build>\n$pins")
        .replaceFirst(/(moe-bom<\/artifactId>\s*<version>)[^<]+/, '$1' + version)
  }
  file.setText(text, 'UTF-8')
}
def pages = ['tour', 'concepts', 'compare-own-router'].collect { root.resolve("docs/${it}.md").toFile().getText('UTF-8') }
new File(basedir, 'notes.txt').setText(pages.join('\n'), 'UTF-8')
return true
