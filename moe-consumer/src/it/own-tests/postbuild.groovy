// Every contract ran, and no check failed; each is a test of about a dozen lines.
def reports = new File(basedir, 'target/surefire-reports').listFiles().findAll { it.name.endsWith('.xml') }
def suites = reports.collect { new groovy.xml.XmlSlurper().parse(it) }
assert suites.collect { it.@name.text().tokenize('.').last() }.sort() ==
    ['AverageLoadController', 'EvenMeanLoss', 'RowBudget', 'ScaledExperts', 'ThresholdRule'].collect { it + 'ContractTest' }
suites.each {
  assert it.@tests.toInteger() >= 10 && it.@failures == '0' && it.@errors == '0': it.@name
}
def tests = new File(basedir, 'src/test/java/io/github/moe4j/examples').listFiles()
assert tests.every { test ->
  test.getText('UTF-8').split('(?m)^class ')[1].readLines().findAll { !it.isBlank() }.size() <= 16
}
return true
