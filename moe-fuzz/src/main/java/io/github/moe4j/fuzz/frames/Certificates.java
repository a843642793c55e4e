package io.github.moe4j.fuzz.frames;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Who can show what to ranks that trust one certificate.
 *
 * @param ranks show that certificate
 * @param others show another one
 * @param nobody shows none
 */
record Certificates(SSLContext ranks, SSLContext others, SSLContext nobody) {
  private static final String PASSWORD = "changeit";

  /**
   * New keys, made by the JDK's keytool.
   *
   * @param folder for their files
   */
  static Certificates create(Path folder) throws IOException {
    try {
      KeyStore ranks = keys(folder, "ranks");
      return new Certificates(
          context(managers(ranks), ranks),
          context(managers(keys(folder, "others")), ranks),
          context(new KeyManager[0], ranks));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static KeyStore keys(Path folder, String name)
      throws IOException, GeneralSecurityException {
    Path file = folder.resolve(name + ".p12");
    Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=" + name,
            "-storetype",
            "PKCS12",
            "-keystore",
            file.toString(),
            "-storepass",
            PASSWORD)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD)
        .start();
    try {
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool must make a key but failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static KeyManager[] managers(KeyStore keys) throws GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    return factory.getKeyManagers();
  }

  private static SSLContext context(KeyManager[] own, KeyStore trusted)
      throws IOException, GeneralSecurityException {
    KeyStore certificates = KeyStore.getInstance("PKCS12");
    certificates.load(null, null);
    String alias = trusted.aliases().nextElement();
    certificates.setCertificateEntry(alias, trusted.getCertificate(alias));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(certificates);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(own, trust.getTrustManagers(), null);
    return context;
  }
}
