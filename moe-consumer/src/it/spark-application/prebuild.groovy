// The project's only source is the program of the page.
def page = basedir.toPath().resolve('../../../../docs/spark.md').normalize().toFile().getText('UTF-8')
def program = page =~ /(?s)```\n(package example;.*?)```/
assert program.find() : 'docs/spark.md has no program'
def source = new File(basedir, 'src/main/java/example/TrainOnSpark.java')
source.parentFile.mkdirs()
source.setText(program.group(1), 'UTF-8')
return true
