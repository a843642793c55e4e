package io.github.moe4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven leaves in the jar. */
public final class Version implements IVersionProvider {
  private static final String POM = "/META-INF/maven/io.github.moe4j/moe-cli/pom.properties";

  /** Called by picocli. */
  public Version() {}

  /** The number, or a text if there is none. */
  public static String number() {
    Properties pom = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(POM)) {
      if (in != null) {
        pom.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pom.getProperty("version", "(not packaged)");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "moe4j " + number(),
      "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name")
    };
  }
}
