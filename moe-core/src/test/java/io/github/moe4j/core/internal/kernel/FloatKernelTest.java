package io.github.moe4j.core.internal.kernel;

import io.github.moe4j.core.internal.vector.FloatVectorKernel;
import java.util.stream.IntStream;

class FloatKernelTest extends KernelContract<float[]> {
  @Override
  Kernel<float[]> kernel(int most) {
    return new FloatVectorKernel(most);
  }

  @Override
  Kernel<float[]> kernel() {
    return new FloatVectorKernel();
  }

  @Override
  float[] array(double[] values) {
    float[] array = new float[values.length];
    for (int i = 0; i < array.length; i++) {
      array[i] = (float) values[i];
    }
    return array;
  }

  @Override
  double[] values(float[] array) {
    return IntStream.range(0, array.length).mapToDouble(i -> array[i]).toArray();
  }

  @Override
  int bytes() {
    return Float.BYTES;
  }
}
