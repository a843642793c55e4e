// The classes are those of the tutorial; the text is that of its pages.
def root = basedir.toPath().resolve('../../../..').normalize()
def examples = root.resolve('moe-bench/src/test/java/io/github/moe4j/examples')
def target = basedir.toPath().resolve('src/main/java/io/github/moe4j/examples')
target.toFile().mkdirs()
['ThresholdRule', 'ThresholdProvider'].each {
  target.resolve(it + '.java').toFile().setText(examples.resolve(it + '.java').toFile().getText('UTF-8'), 'UTF-8')
}
def pages = root.resolve('docs').toFile().listFiles().findAll { it.name.endsWith('.md') }.sort()
new File(basedir, 'notes.txt').setText(pages.collect { it.getText('UTF-8') }.join('\n'), 'UTF-8')
['run', 'times.json', 'times.html'].each { new File(basedir, it).deleteDir() || new File(basedir, it).delete() }
return true
