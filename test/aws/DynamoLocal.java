import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * DynamoDB Local on 127.0.0.1 and the given port; its own launcher listens to every interface.
 * It ends with its standard input, so it outlives no test that was killed.
 */
public class DynamoLocal {
  public static void main(String[] arguments) throws Exception {
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(
        new String[] {"-inMemory", "-disableTelemetry", "-port", arguments[0]});
    for (var field : DynamoDBProxyServer.class.getDeclaredFields()) {
      field.setAccessible(true);
      if (!(field.get(proxy) instanceof Server server)) continue;
      for (Connector connector : server.getConnectors())
        if (connector instanceof ServerConnector one) one.setHost("127.0.0.1");
    }
    proxy.start();
    System.out.println("ready");
    System.in.readAllBytes();
    System.exit(0);
  }
}
