// Runs the commands of the page as they stand there, and looks at what they print and write.
def page = basedir.toPath().resolve('../../../../docs/compare-own-router.md').normalize().toFile().getText('UTF-8')
def shell = (page =~ /(?s)```sh\n(.*?)```/).collect { it[1] }.join().replaceAll(/\\\n\s*/, ' ')
def commands = shell.readLines().findAll { it.startsWith('java ') }
assert commands.size() == 5: commands

def printed = commands.collect { command ->
  def java = "'" + System.getProperty('java.home') + "/bin/java' -Xmx1g" + command.substring('java'.length())
  def out = new File(basedir, 'printed.txt')
  def process = new ProcessBuilder('sh', '-c', java).directory(basedir)
      .redirectErrorStream(true).redirectOutput(out).start()
  assert process.waitFor(5, java.util.concurrent.TimeUnit.MINUTES): "$command takes too long"
  def text = out.getText('UTF-8')
  assert process.exitValue() == 0: "$command\n$text"
  text
}
def (routers, lab, jmh, times, report) = printed
assert routers.readLines().last().startsWith('threshold '): routers
assert lab.readLines().any { it.startsWith('threshold ') } && lab.readLines().any { it.startsWith('top-k ') }: lab
def html = new File(basedir, 'run/report.html').getText('UTF-8')
assert html.contains('notes.txt') && html.contains('"threshold"')
assert new File(basedir, 'run/result.json').getText('UTF-8').contains('experts with p ≥ a threshold')
// Threshold has no k, so it has a column without one.
assert times.contains('| router | E 8, k 2 | E 8 |'): times
assert times =~ /\| top-k \| \d+ \(1\.0\) \| \|/: times
assert times =~ /\| threshold \| \| \d+ \|/: times
assert new File(basedir, 'times.html').getText('UTF-8').contains('"unit":"ns/token"')
assert (routers + lab + times + report).readLines().every { !it.contains('SLF4J') }: printed
return true
