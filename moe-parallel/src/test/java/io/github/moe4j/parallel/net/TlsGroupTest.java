package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.group.RankRows;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class TlsGroupTest {
  /** Made once: the tool takes longer than a test. */
  @TempDir
  private static Path folder;

  private static final char[] PASSWORD = "changeit".toCharArray();

  @Test
  void allReduce_overTls_sumInRankOrder() throws Exception {
    SSLContext context = context(keys("rank"), keys("rank"));
    List<INDArray> parts = List.of(
        RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 100_000),
        RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 100_000),
        RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 100_000));
    double[] expected = parts.get(0).add(parts.get(1)).add(parts.get(2)).toDoubleVector();

    SocketRanks.run(3, SocketOptions.tls(context), group -> {
      INDArray sum = parts.get(group.rank()).dup();
      group.allReduce(sum);
      assertArrayEquals(expected, sum.toDoubleVector());
      assertEquals(3, group.split(0).allGather(1).length);
    });
  }

  @Test
  void connect_certificateNotTrusted_refused() throws Exception {
    SSLContext context = context(keys("rank"), keys("another"));

    assertThrows(
        AssertionError.class,
        () -> SocketRanks.run(
            2, SocketOptions.tls(context).withTimeout(Duration.ofSeconds(2)), group -> {}));
  }

  @Test
  void allToAll_peerDoesNotRead_endsAfterTimeout() throws Exception {
    SSLContext context = context(keys("rank"), keys("rank"));
    Duration timeout = Duration.ofSeconds(4);
    CountDownLatch failed = new CountDownLatch(1);

    GroupException failure = assertThrows(
        GroupException.class,
        () -> SocketRanks.run(2, SocketOptions.tls(context).withTimeout(timeout), group -> {
          if (group.rank() == 1) {
            awaitUninterrupted(failed);
          }
          INDArray rows = Nd4j.ones(DataType.FLOAT, 2, 8_000_000);
          int[] even = {0, 1, 2};
          try {
            group.allToAll(new RankRows(rows, even), new RankRows(rows.dup(), even));
          } finally {
            failed.countDown();
          }
        }));

    assertTrue(failure.getMessage().startsWith("rank 1 did not come to "), failure.getMessage());
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A key with a certificate of its own, made by the JDK's keytool. */
  private static KeyStore keys(String name) throws Exception {
    Path file = folder.resolve(name + ".p12");
    if (!Files.exists(file)) {
      Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
      Process process = new ProcessBuilder(
              keytool.toString(),
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
              new String(PASSWORD))
          .inheritIO()
          .start();
      assertEquals(0, process.waitFor());
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private static SSLContext context(KeyStore own, KeyStore trusted) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore certificates = KeyStore.getInstance("PKCS12");
    certificates.load(null, null);
    String alias = trusted.aliases().nextElement();
    certificates.setCertificateEntry(alias, trusted.getCertificate(alias));
    trust.init(certificates);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
