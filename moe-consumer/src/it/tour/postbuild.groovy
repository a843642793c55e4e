// Runs the commands of the pages as they stand there, and compares what they print with what the pages show.
def root = basedir.toPath().resolve('../../../..').normalize()

def shown(root, name) { // each command of a page, with the text that the page shows after it
  def page = root.resolve("docs/${name}.md").toFile().getText('UTF-8')
  (page =~ /(?s)```sh\n(.*?)```\n(?:((?:(?!```).)*?)```text\n(.*?)```)?/).collect { it }.collectMany { block ->
    def commands = block[1].replaceAll(/\\\n\s*/, ' ').readLines()
    def text = block[2] != null && !block[2].contains('## ') ? block[3] : ''
    commands.collect { [command: it, shown: it.is(commands.last()) ? text : ''] }
  }
}

def run = { command ->
  def java = "'" + System.getProperty('java.home') + "/bin/java' -Xmx1g" + command.substring('java'.length())
  def out = new File(basedir, 'printed.txt')
  def process = new ProcessBuilder('sh', '-c', java).directory(basedir)
      .redirectErrorStream(true).redirectOutput(out).start()
  assert process.waitFor(5, java.util.concurrent.TimeUnit.MINUTES): "$command takes too long"
  def text = out.getText('UTF-8')
  assert process.exitValue() == 0: "$command\n$text"
  assert text.readLines().every { !it.contains('SLF4J') }: text
  text
}

// The build has run these of the tour, and all of the other page's are in the first.
def maven = ['mvn -q dependency:copy-dependencies -DincludeScope=runtime', 'mvn -q test', 'mvn -q compile']
def tour = shown(root, 'tour')
assert tour*.command.findAll { !it.startsWith('java ') } == maven
def commands = tour.findAll { it.command.startsWith('java ') }
assert commands.size() == 8: commands
commands.each {
  def lines = run(it.command).readLines()
  def from = 0
  it.shown.readLines().findAll { it != '…' }.each { expected ->
    def pattern = expected.split('…', -1).collect { java.util.regex.Pattern.quote(it) }.join('.*')
    def found = (from..<lines.size()).find { lines[it] ==~ pattern }
    assert found != null: "${it.command} does not print \"$expected\" after line $from:\n${lines.join('\n')}"
    from = found + 1
  }
}
assert tour.count { it.shown } == 5: tour
['first', 'second', 'ranks'].each { assert new File(basedir, "$it/report.html").isFile() }
assert new File(basedir, 'second/result.json').getText('UTF-8').contains('experts with p ≥ a threshold')

def tests = new groovy.xml.XmlSlurper().parse(new File(basedir,
    'target/surefire-reports/TEST-io.github.moe4j.examples.ThresholdRuleContractTest.xml'))
assert tests.@tests.toInteger() >= 10 && tests.@failures == '0' && tests.@errors == '0'

def compare = shown(root, 'compare-own-router')*.command.findAll { it.startsWith('java ') }
assert compare.size() == 5: compare
def (routers, lab, jmh, times, report) = compare.collect(run)
assert routers.readLines().last().startsWith('threshold '): routers
assert lab.readLines().any { it.startsWith('threshold ') } && lab.readLines().any { it.startsWith('top-k ') }: lab
def html = new File(basedir, 'run/report.html').getText('UTF-8')
assert html.contains('notes.txt') && html.contains('"threshold"')
// Threshold has no k, so it has a column without one.
assert times.contains('| router | E 8, k 2 | E 8 |'): times
assert times =~ /\| top-k \| \d+ \(1\.0\) \| \|/: times
assert times =~ /\| threshold \| \| \d+ \|/: times
assert new File(basedir, 'times.html').getText('UTF-8').contains('"unit":"ns/token"')
return true
