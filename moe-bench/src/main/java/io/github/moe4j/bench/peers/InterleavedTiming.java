package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.roofline.LayerShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All systems that support a shape and a pass, timed interleaved. */
final class InterleavedTiming implements AutoCloseable {
  private static final String GATED = "moe4j";
  private static final String PLAIN = "moe4j ffn";

  private final boolean training;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A layer in a system.
   *
   * @param own place of the layer of this library that it is compared with; its own, if it is that
   */
  private record Entry(String system, PeerCase work, PeerLayer layer, int own) {}

  /** Prepares the layers, of this library where there is a peer to compare it with. */
  InterleavedTiming(LayerShape shape, boolean training, List<PeerSystem> peers) {
    this.training = training;
    try {
      add(GATED, PeerCase.gated(shape), peers);
      add(PLAIN, PeerCase.plain(shape), peers);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** How many layers there would be. */
  static int size(boolean training, List<PeerSystem> peers) {
    int gated = able(true, training, peers).size();
    int plain = able(false, training, peers).size();
    return gated + (gated > 0 ? 1 : 0) + plain + (plain > 0 ? 1 : 0);
  }

  private static List<PeerSystem> able(boolean gated, boolean training, List<PeerSystem> peers) {
    return peers.stream()
        .filter(peer -> peer.gated() == gated && (peer.trains() || !training))
        .toList();
  }

  private void add(String ownName, PeerCase work, List<PeerSystem> peers) {
    List<PeerSystem> able = able(work.gated(), training, peers);
    if (able.isEmpty()) {
      return;
    }
    int own = entries.size();
    entries.add(new Entry(ownName, work, new OwnLayer(work, training), own));
    for (PeerSystem peer : able) {
      entries.add(new Entry(peer.name(), work, peer.prepare(work, training), own));
    }
  }

  /** Throws unless every peer computes what this library does. */
  void requireAgreement() {
    Map<String, float[]> expected = Map.of();
    for (int i = 0; i < entries.size(); i++) {
      Entry one = entries.get(i);
      if (one.own() == i) {
        expected = one.layer().results();
      } else {
        String pass = training ? "training" : "forward";
        String where = "%s, %s, %s".formatted(one.system(), one.work().shape().name(), pass);
        Agreement.require(where, expected, one.layer().results());
      }
    }
  }

  /** Times the systems, interleaved. */
  List<PeerTime> measure(Timing timing) {
    double[][] millis = timing.interleaved(
        entries.stream().<Runnable>map(one -> one.layer()::run).toList());
    List<PeerTime> times = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry one = entries.get(i);
      String comparedWith = entries.get(one.own()).system();
      times.add(PeerTime.of(
          one.work(), training, one.system(), comparedWith, millis[i], millis[one.own()]));
    }
    return times;
  }

  @Override
  public void close() {
    entries.forEach(one -> one.layer().close());
  }
}
