package io.github.moe4j.spark;

import java.io.Serializable;
import javax.net.ssl.SSLContext;

/** Makes the TLS context of a rank on its own machine, such as from a key store that lies there. */
@FunctionalInterface
public interface TlsSource extends Serializable {
  /**
   * Called once by every rank.
   *
   * @return a context with a key, and the certificates to trust
   * @throws Exception if there is none; the rank fails
   */
  SSLContext create() throws Exception;
}
