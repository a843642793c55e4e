package io.github.moe4j.fuzz.frames;

import io.github.moe4j.parallel.net.Rendezvous;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A rendezvous whose other ranks are known before.
 *
 * @param rank that is examined
 * @param addresses of all others. Not modified.
 * @param own tells its address
 */
record Meeting(int rank, List<String> addresses, CompletableFuture<String> own)
    implements Rendezvous {
  @Override
  public int size() {
    return addresses.size();
  }

  @Override
  public List<String> allGather(String address) {
    own.complete(address);
    return addresses;
  }
}
