// The classes and tests are those of the tutorials.
def root = basedir.toPath().resolve('../../../..').normalize()
def examples = root.resolve('moe-bench/src/test/java/io/github/moe4j/examples')
['main': ['ThresholdRule', 'EvenMeanLoss', 'ScaledExperts', 'ScaledProvider', 'RowBudget', 'AverageLoadController'],
 'test': ['ThresholdRule', 'EvenMeanLoss', 'ScaledExperts', 'RowBudget', 'AverageLoadController']
     .collect { it + 'ContractTest' }].each { folder, names ->
  def target = basedir.toPath().resolve("src/$folder/java/io/github/moe4j/examples")
  target.toFile().mkdirs()
  names.each {
    target.resolve(it + '.java').toFile().setText(examples.resolve(it + '.java').toFile().getText('UTF-8'), 'UTF-8')
  }
}
return true
