package io.github.moe4j.bench.machine;

import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.internal.kernel.PeakRate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bandwidth of a cache or of memory.
 *
 * @param from name of the level
 * @param kilobytes that are read or copied: of each thread's own in a cache, of all threads in memory
 * @param read 10^9 bytes per second
 * @param copied 10^9 bytes per second, counted once
 */
public record Bandwidth(String from, int kilobytes, Rate read, Rate copied) {
  /** Bytes a second that no interpreter reads. */
  private static final double COMPILED = 1e9;

  private static final int FLOATS = 1024 / Float.BYTES;

  /** Threads' parts of an array lie so far apart that they share no line. */
  private static final int GAP = 1024;

  /** Reads a part of an array with all that a thread can do. */
  private interface Reader {
    double read(float[] array, int from, int length);
  }

  /** From the first and the second cache: only where there are vectors to read with. */
  static List<Bandwidth> ofCaches(RateMeter meter, CacheSizes sizes) {
    List<Bandwidth> all = new ArrayList<>();
    Kernels.peakRate().map(Bandwidth::reader).ifPresent(reader -> {
      all.add(ofCache(meter, reader, "L1", sizes.half(1, 32)));
      all.add(ofCache(meter, reader, "L2", sizes.half(2, 512)));
    });
    return all;
  }

  private static Bandwidth ofCache(RateMeter meter, Reader reader, String name, int kilobytes) {
    int length = kilobytes * FLOATS;
    float[] array = filled(RateMeter.threads() * (length + GAP));
    double bytes = 1024.0 * kilobytes;
    Rate read = meter.measure(COMPILED / bytes, (worker, sample) -> {
      int from = worker * (length + GAP) + shift(sample);
      double sum = 0;
      for (int i = 0; i < sample.rounds(); i++) {
        sum += reader.read(array, from, length);
      }
      return sum;
    });
    int half = length / 2;
    Rate copied = meter.measure(0, (worker, sample) -> {
      int from = worker * (length + GAP) + shift(sample);
      for (int i = 0; i < sample.rounds(); i++) {
        System.arraycopy(array, from, array, from + half, half);
      }
      return array[from + half];
    });
    return new Bandwidth(name, kilobytes, read.times(bytes / 1e9), copied.times(bytes / 2e9));
  }

  /** Arrays begin at any multiple of 8 bytes: one of these shifts makes vectors end at lines. */
  private static int shift(RateMeter.Sample sample) {
    return sample.number() % 8 * 2;
  }

  /**
   * From memory.
   *
   * @param megabytes more than the caches hold
   */
  static Bandwidth ofMemory(RateMeter meter, int megabytes) {
    Reader reader =
        Kernels.peakRate().map(Bandwidth::reader).orElseGet(() -> Bandwidth::readTwoHalves);
    float[] array = filled(megabytes * 1024 * FLOATS);
    double bytes = 1e6 * 1.048576 * megabytes;
    Rate read = meter.measure(COMPILED / bytes, (worker, sample) -> {
      int length = array.length / sample.workers();
      double sum = 0;
      for (int i = 0; i < sample.rounds(); i++) {
        sum += reader.read(array, worker * length, length);
      }
      return sum;
    });
    Rate copied = meter.measure(0, (worker, sample) -> {
      int length = array.length / 2 / sample.workers();
      for (int i = 0; i < sample.rounds(); i++) {
        System.arraycopy(array, worker * length, array, array.length / 2 + worker * length, length);
      }
      return array[array.length / 2 + worker * length];
    });
    return new Bandwidth(
        "memory", 1024 * megabytes, split(read, bytes / 1e9), split(copied, bytes / 2e9));
  }

  /** A round of all threads together is a round of one: each does a part of it. */
  private static Rate split(Rate rate, double factor) {
    return new Rate(rate.perThread(), rate.together() / RateMeter.threads()).times(factor);
  }

  private static Reader reader(PeakRate peak) {
    return peak::read;
  }

  /** Compares equal halves, for which the JDK has vector instructions of its own. */
  private static double readTwoHalves(float[] array, int from, int length) {
    int middle = from + length / 2;
    return Arrays.mismatch(array, from, middle, array, middle, from + length / 2 * 2);
  }

  private static float[] filled(int length) {
    float[] array = new float[length];
    Arrays.fill(array, 1);
    return array;
  }
}
