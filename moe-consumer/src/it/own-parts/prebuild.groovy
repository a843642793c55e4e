// The project's sources are those of the tutorials, so the two can't drift apart.
def root = basedir.toPath().resolve('../../../..').normalize()
def examples = root.resolve('moe-bench/src/test/java/io/github/moe4j/examples')
def target = basedir.toPath().resolve('src/main/java/io/github/moe4j/examples')
target.toFile().mkdirs()
['ThresholdRule', 'ThresholdProvider', 'ScaledExperts', 'ScaledProvider', 'EvenMeanLoss', 'EvenMeanProvider',
 'AverageLoadController', 'AverageLoadProvider'].each {
  target.resolve(it + '.java').toFile().setText(examples.resolve(it + '.java').toFile().getText('UTF-8'), 'UTF-8')
}
return true
