package io.github.moe4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven leaves in the jar. */
final class Version implements IVersionProvider {
  private static final String POM = "/META-INF/maven/io.github.moe4j/moe-bench/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties pom = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(POM)) {
      if (in != null) {
        pom.load(in);
      }
    }
    return new String[] {
      "moe4j " + pom.getProperty("version", "(not packaged)"),
      "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name")
    };
  }
}
