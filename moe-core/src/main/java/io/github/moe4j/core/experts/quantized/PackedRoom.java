package io.github.moe4j.core.experts.quantized;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Scratch memory of one thread for products with a {@link PackedMatrix}. Not thread-safe. */
final class PackedRoom {
  /** Four bytes of an array as the bits of a float32. */
  static final VarHandle BITS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final byte[] firstTile;
  private final byte[] secondTile;
  private final FloatBuffer firstBits;
  private final FloatBuffer secondBits;
  private final float[] first;
  private final float[] second;
  private final byte[] noBytes;
  private final float[][][] parts;
  private final float[][][] thirds;

  /**
   * Room for products.
   *
   * @param width of the widest result
   * @param rows at most so many at once
   */
  PackedRoom(int width, int rows) {
    this.firstTile = new byte[width * Float.BYTES];
    this.secondTile = new byte[width * Float.BYTES];
    this.firstBits = floats(firstTile);
    this.secondBits = floats(secondTile);
    this.first = new float[width];
    this.second = new float[width];
    this.noBytes = new byte[width];
    this.parts = new float[2][3][(width + 2) / 3];
    this.thirds = new float[3][rows][(width + 2) / 3];
  }

  private static FloatBuffer floats(byte[] tile) {
    return ByteBuffer.wrap(tile).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  byte[] firstTile() {
    return firstTile;
  }

  byte[] secondTile() {
    return secondTile;
  }

  /** Copies the first tile, read as float32, into {@link #first}. */
  void readFirst(int n) {
    firstBits.get(0, first, 0, n);
  }

  /** Copies the second tile, read as float32, into {@link #second}. */
  void readSecond(int n) {
    secondBits.get(0, second, 0, n);
  }

  float[] first() {
    return first;
  }

  float[] second() {
    return second;
  }

  /** Zeros. */
  byte[] noBytes() {
    return noBytes;
  }

  /** Three parts of the weights of each of two inputs [2][3][width/3]. */
  float[][][] parts() {
    return parts;
  }

  /** Sums of the first, second and last third of the outputs of each row [3][rows][width/3]. */
  float[][][] thirds() {
    return thirds;
  }

  /**
   * {@code y += x0·first + x1·second}: two at a time, which halves the reading and writing of y.
   *
   * @param first [n]. Not modified.
   * @param second [n]. Not modified.
   * @param y [n]. Modified.
   */
  static void addScaled(float x0, float[] first, float x1, float[] second, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] += x0 * first[i] + x1 * second[i];
    }
  }
}
