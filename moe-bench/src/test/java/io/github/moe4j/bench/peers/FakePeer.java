package io.github.moe4j.bench.peers;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A peer that is this library, with results that a test may spoil. */
record FakePeer(String name, boolean gated, boolean trains, Consumer<Map<String, float[]>> spoil)
    implements PeerSystem {
  @Override
  public String settings() {
    return "none";
  }

  @Override
  public PeerLayer prepare(PeerCase work, boolean training) {
    OwnLayer layer = new OwnLayer(work, training);
    return new PeerLayer() {
      @Override
      public void run() {
        layer.run();
      }

      @Override
      public Map<String, float[]> results() {
        Map<String, float[]> results = new LinkedHashMap<>(layer.results());
        spoil.accept(results);
        return results;
      }

      @Override
      public void close() {
        layer.close();
      }
    };
  }
}
