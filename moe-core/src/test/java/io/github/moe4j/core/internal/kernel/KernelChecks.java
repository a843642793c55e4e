package io.github.moe4j.core.internal.kernel;

import io.github.moe4j.core.internal.kernel.KernelProduct.Factor;
import io.github.moe4j.core.internal.kernel.KernelProduct.Result;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Compares the kernels with three loops, over sizes that no tile divides: within a test, or as a program in
 * a JVM with other vectors. Prints how the products are made, and fails at the first wrong one.
 */
public final class KernelChecks {
  private static final int[] SIZES = {0, 1, 3, 4, 7, 8, 9, 17, 31, 257};

  private KernelChecks() {}

  /** Checks, with the seed that is given. */
  public static void main(String[] args) {
    Kernels.chosen()
        .ifPresentOrElse(
            kernels -> {
              check(kernels, Long.parseLong(args[0]));
              System.out.println("vectors of " + kernels.floats().width() / 2);
            },
            () -> System.out.println("BLAS: " + Kernels.reason()));
  }

  static void check(Kernels kernels, long seed) {
    PackedChecks.check(kernels, PackedChecks.Sizes.ALL, seed);
    RowChecks.check(kernels.rows(), seed);
    for (int m : SIZES) {
      for (int n : SIZES) {
        for (int k : SIZES) {
          if (m * n * k > 0) {
            product(kernels, m, n, k, seed);
          }
        }
      }
    }
  }

  /** Products [m,k]·[k,n] of both types, with transposed factors or not. */
  static void product(Kernels kernels, int m, int n, int k, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    new Type<>(
            new KernelProduct<>(kernels.floats(), kernels.floatRooms()), KernelChecks::floats, 1e-6)
        .check(m, n, k, random);
    new Type<>(
            new KernelProduct<>(kernels.doubles(), kernels.doubleRooms()),
            KernelChecks::doubles,
            1e-14)
        .check(m, n, k, random);
  }

  /** Leaves NaN in the rooms of both types, as products [m,n] of NaN do. */
  static void leaveNan(Kernels kernels, int m, int n, int k) {
    double[] nan = new double[Math.max(m, n) * k];
    Arrays.fill(nan, Double.NaN);
    new Type<>(new KernelProduct<>(kernels.floats(), kernels.floatRooms()), KernelChecks::floats, 1)
        .multiply(m, n, k, nan);
    new Type<>(
            new KernelProduct<>(kernels.doubles(), kernels.doubleRooms()), KernelChecks::doubles, 1)
        .multiply(m, n, k, nan);
  }

  /** Elements outside the heap and as numbers. */
  private interface Elements {
    void set(int i, double value);

    double get(int i);
  }

  /** A matrix of one type. */
  private record Opened<A>(Window<A> window, Elements elements) {}

  private static IntFunction<Opened<float[]>> floats(int columns) {
    return length -> {
      var buffer = direct(length * Float.BYTES).asFloatBuffer();
      return new Opened<>(new Window.Floats(buffer, 0, columns), new Elements() {
        @Override
        public void set(int i, double value) {
          buffer.put(i, (float) value);
        }

        @Override
        public double get(int i) {
          return buffer.get(i);
        }
      });
    };
  }

  private static IntFunction<Opened<double[]>> doubles(int columns) {
    return length -> {
      var buffer = direct(length * Double.BYTES).asDoubleBuffer();
      return new Opened<>(new Window.Doubles(buffer, 0, columns), new Elements() {
        @Override
        public void set(int i, double value) {
          buffer.put(i, value);
        }

        @Override
        public double get(int i) {
          return buffer.get(i);
        }
      });
    };
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** The check of one type. */
  private record Type<A>(
      KernelProduct<A> product, IntFunction<IntFunction<Opened<A>>> open, double precision) {
    void check(int m, int n, int k, SplittableRandom random) {
      double[] a = numbers(random, m * k);
      double[] b = numbers(random, k * n);
      double[] before = numbers(random, m * n);
      double[] expected = new double[m * n];
      for (int i = 0; i < m; i++) {
        for (int p = 0; p < k; p++) {
          for (int j = 0; j < n; j++) {
            expected[i * n + j] += a[i * k + p] * b[p * n + j];
          }
        }
      }
      for (int flags = 0; flags < 4; flags++) {
        boolean ta = (flags & 1) != 0;
        boolean tb = (flags & 2) != 0;
        boolean add = (m + n + k + flags) % 2 == 0;
        Opened<A> c = opened(before, m, n, false);
        product.multiply(
            m,
            n,
            k,
            new Factor<>(opened(a, m, k, ta).window, ta),
            new Factor<>(opened(b, k, n, tb).window, tb),
            new Result<>(c.window, add));
        for (int i = 0; i < m * n; i++) {
          double right = expected[i] + (add ? before[i] : 0);
          double error = Math.abs(right - c.elements.get(i));
          if (!(error < precision * 10 * Math.sqrt(k))) {
            throw new AssertionError("m %d, n %d, k %d, flags %d: element %d is %s, not %s"
                .formatted(m, n, k, flags, i, c.elements.get(i), right));
          }
        }
      }
    }

    void multiply(int m, int n, int k, double[] values) {
      for (int flags = 0; flags < 4; flags++) {
        boolean ta = (flags & 1) != 0;
        boolean tb = (flags & 2) != 0;
        double[] a = Arrays.copyOf(values, m * k);
        double[] b = Arrays.copyOf(values, k * n);
        product.multiply(
            m,
            n,
            k,
            new Factor<>(opened(a, m, k, ta).window, ta),
            new Factor<>(opened(b, k, n, tb).window, tb),
            new Result<>(opened(new double[m * n], m, n, false).window, false));
      }
    }

    private Opened<A> opened(double[] values, int rows, int columns, boolean transposed) {
      Opened<A> opened = open.apply(transposed ? rows : columns).apply(values.length);
      for (int i = 0; i < values.length; i++) {
        int row = i / columns;
        int column = i % columns;
        opened.elements.set(transposed ? column * rows + row : i, values[i]);
      }
      return opened;
    }

    /** Numbers that both types hold exactly. */
    private static double[] numbers(SplittableRandom random, int length) {
      double[] numbers = new double[length];
      Arrays.setAll(numbers, i -> (float) (random.nextDouble() * 2 - 1));
      return numbers;
    }
  }
}
