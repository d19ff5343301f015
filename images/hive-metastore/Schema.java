import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf.ConfVars;

/**
 * Makes the metastore's tables when the database has none, and checks their version when it has. Hive's own tool does not
 * serve: it makes the tables one by one, so that a pod killed half-way leaves a database that can be neither used nor
 * filled again, and it splits a password at spaces and prints the pieces.
 *
 * <p>Usage: Schema SCRIPT, the SQL that makes the tables. Exit status: 0 the tables are there, 1 they are not.
 */
public final class Schema {
  private static final String VERSION = "3.1.0";

  // Any number will do that nobody else uses in this database: it makes two pods that start together take turns.
  private static final long TURN = 3_1_3L;

  public static void main(String[] args) throws Exception {
    Configuration conf = MetastoreConf.newMetastoreConf();
    String url = MetastoreConf.getVar(conf, ConfVars.CONNECT_URL_KEY);
    Properties login = new Properties();
    login.setProperty("user", MetastoreConf.getVar(conf, ConfVars.CONNECTION_USER_NAME));
    login.setProperty("password", MetastoreConf.getPassword(conf, ConfVars.PWD));

    // What follows the question mark may be a secret.
    System.out.printf("schematool: %s as %s%n", url.replaceFirst("\\?.*", ""), login.getProperty("user"));
    try (Connection connection = DriverManager.getConnection(url, login);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(" + TURN + ")");
      String found = version(statement);
      if (found == null) {
        System.out.println("schematool: the database has no metastore; making its tables");
        statement.execute(Files.readString(Path.of(args[0])));
        found = version(statement);
        connection.commit();
      }
      if (!VERSION.equals(found)) {
        fail("the tables are of version " + found + ", and this metastore needs " + VERSION
            + "; to upgrade older ones: schematool -upgradeSchema");
      }
      System.out.println("schematool: the tables are of version " + VERSION);
    } catch (SQLException e) {
      fail(e.getMessage());
    }
  }

  /** The version of the metastore's tables, or null when there are none. */
  private static String version(Statement statement) throws SQLException {
    try (ResultSet table = statement.executeQuery("SELECT to_regclass('public.\"VERSION\"')")) {
      table.next();
      if (table.getString(1) == null) {
        return null;
      }
    }
    try (ResultSet row = statement.executeQuery("SELECT \"SCHEMA_VERSION\" FROM public.\"VERSION\"")) {
      return row.next() ? row.getString(1) : "unknown";
    }
  }

  private static void fail(String why) {
    System.err.println("schematool: " + why);
    System.exit(1);
  }
}
