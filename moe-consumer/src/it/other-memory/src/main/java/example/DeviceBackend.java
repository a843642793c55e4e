package example;

import java.lang.reflect.Proxy;
import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.nd4j.linalg.factory.Environment;

/** The CPU's, but preferred, and it says of itself what that of CUDA says. */
public class DeviceBackend extends CpuBackend {
  @Override
  public int getPriority() {
    return BACKEND_PRIORITY_GPU;
  }

  @Override
  public Environment getEnvironment() {
    Environment environment = super.getEnvironment();
    return (Environment) Proxy.newProxyInstance(
        Environment.class.getClassLoader(),
        new Class<?>[] {Environment.class},
        (proxy, method, arguments) ->
            method.getName().equals("isCPU") ? false : method.invoke(environment, arguments));
  }
}
