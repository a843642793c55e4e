package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.HalfFloats;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of few bits in any JVM that has the module, whether it compiles vectors or not. */
class PackedKernelTest {
  @Test
  void multiply_allFormats_bitsOfLoops() {
    PackedChecks.check(LoadedKernels.load(), PackedChecks.Sizes.FEW, Seeds.seed());
  }

  @Test
  void rows_allCodes_bitsOfLoops() {
    RowChecks.check(LoadedKernels.load().rows(), Seeds.seed());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 32, 34, 256})
  void allocate_unpacked_zeros(int terms) {
    PackedKernels packed = LoadedKernels.load().packed();
    Stream.of(packed.bfloat16(), packed.float16(), packed.int8(), packed.e4m3(), packed.mxfp4())
        .forEach(kernel -> unpackAllocated(kernel, terms));
  }

  private static <C> void unpackAllocated(PackedKernel<C> kernel, int terms) {
    C codes = kernel.allocate(3, terms);
    float[] scales = new float[kernel.scales(terms)];
    Arrays.fill(scales, 1);
    float[] panel = new float[terms * kernel.width()];
    for (int i = 0; i < 3; i++) {
      Arrays.fill(panel, 7);
      kernel.unpack(terms, codes, i * kernel.length(terms), scales, 0, panel, 0);
      assertArrayEquals(new float[panel.length], panel, kernel.getClass().getSimpleName());
    }
  }

  @Test
  void scales_terms_oneForEachBlockOrColumn() {
    PackedKernels packed = LoadedKernels.load().packed();
    assertEquals(1, packed.e4m3().scales(2));
    assertEquals(1, packed.e4m3().scales(128));
    assertEquals(2, packed.e4m3().scales(130));
    assertEquals(packed.int8().width(), packed.int8().scales(300));
    assertEquals(0, packed.mxfp4().scales(300));
  }

  @Test
  void of_columnsOfOnePanel_memoryOfOne() {
    PackedKernel<short[]> kernel = LoadedKernels.load().packed().bfloat16();
    for (int columns = kernel.width() - 1; columns <= kernel.width() + 1; columns++) {
      PackedPanels<short[]> panels = PackedPanels.of(kernel, 3, columns, codes());
      int count = columns <= kernel.width() ? 1 : 2;
      assertEquals(count * 4 * kernel.width(), panels.codes().length, columns + " columns");
    }
  }

  @Test
  void column_longerThanASegment_allTerms() {
    PackedKernel<short[]> kernel = LoadedKernels.load().packed().bfloat16();
    float[] column = new float[259];
    PackedPanels.of(kernel, 259, 2, codes()).column(1, column);
    for (int p = 0; p < column.length; p++) {
      assertEquals(HalfFloats.fromBfloat16((short) (100 + 2 * p + 1)), column[p], "term " + p);
    }
  }

  private static PackedPanels.Source codes() {
    return new PackedPanels.Source() {
      @Override
      public int code(int term, int column) {
        return 100 + 2 * term + column;
      }

      @Override
      public float scale(int term, int column) {
        return 1;
      }
    };
  }

  @Test
  void set_columnsFromTheLastToTheFirst_allStay() {
    PackedKernel<byte[]> kernel = LoadedKernels.load().packed().mxfp4();
    byte[] codes = kernel.allocate(1, 2);
    for (int c = kernel.width() - 1; c >= 0; c--) {
      kernel.set(codes, 0, 0, c, 127 << 4 | c & 7);
    }
    float[] panel = new float[2 * kernel.width()];
    kernel.unpack(2, codes, 0, new float[0], 0, panel, 0);
    float[] values = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    for (int c = 0; c < kernel.width(); c++) {
      assertEquals(values[c & 7], panel[c], "column " + c);
      assertEquals(0, panel[kernel.width() + c], "next term of column " + c);
    }
  }

  @Test
  void rows_oneOrAllNotFinite_each() {
    RowCodes rows = LoadedKernels.load().rows();
    int count = 64;
    for (int i = 0; i <= count; i++) {
      byte[] e4m3 = new byte[count];
      byte[] float16 = new byte[2 * count];
      for (int j = i == count ? 0 : i; j < (i == count ? count : i + 1); j++) {
        e4m3[j] = 0x7f;
        float16[2 * j + 1] = (byte) 0xfc; // minus infinity
      }
      float[] values = new float[count];
      rows.e4m3(e4m3, 0, count, values, 0);
      for (int j = 0; j < count; j++) {
        assertEquals(Float8.fromE4m3(e4m3[j]), values[j], "e4m3 " + j + " of row " + i);
      }
      rows.float16(float16, 0, count, values, 0);
      for (int j = 0; j < count; j++) {
        short code = (short) (float16[2 * j] & 0xff | float16[2 * j + 1] << 8);
        assertEquals(HalfFloats.fromFloat16(code), values[j], "float16 " + j + " of row " + i);
      }
    }
  }
}
