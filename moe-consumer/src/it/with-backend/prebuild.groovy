// The project's only source is the first Java snippet of the README, so the two can't drift apart.
def root = basedir.toPath().resolve('../../../..').normalize()
def readme = root.resolve('README.md').toFile().getText('UTF-8')
def snippet = readme =~ /(?s)```java\n(.*?)```/
assert snippet.find() : 'README.md has no Java snippet'
def source = new File(basedir, 'src/main/java/example/Readme.java')
source.parentFile.mkdirs()
source.setText("""package example;

import io.github.moe4j.balance.*;
import io.github.moe4j.core.*;
import io.github.moe4j.core.experts.*;
import io.github.moe4j.routing.*;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Readme {
  public static void main(String[] args) {
${snippet.group(1)}
  }
}
""", 'UTF-8')
