// The classes are those of the page on recording a training.
def root = basedir.toPath().resolve('../../../..').normalize()
def examples = root.resolve('moe-bench/src/test/java/io/github/moe4j/examples')
def target = basedir.toPath().resolve('src/main/java/io/github/moe4j/examples')
target.toFile().mkdirs()
['RecordNames', 'Names'].each {
  target.resolve(it + '.java').toFile().setText(examples.resolve(it + '.java').toFile().getText('UTF-8'), 'UTF-8')
}
return true
