import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A client like the BI tools on the JVM: lists the schema by DatabaseMetaData, or runs a query. Prints JSON arrays.
 *
 * java -cp postgresql.jar Client.java URL crawl SCHEMA
 * java -cp postgresql.jar Client.java URL query SQL [TEXT-PARAMETER...]
 */
public class Client {
    public static void main(String[] words) throws SQLException {
        String user = System.getenv("PGUSER"), password = System.getenv("PGPASSWORD");
        try (Connection connection = DriverManager.getConnection(words[0], user, password)) {
            switch (words[1]) {
                case "crawl" -> crawl(connection.getMetaData(), words[2]);
                case "query" -> query(connection, words[2], Arrays.copyOfRange(words, 3, words.length));
                default -> throw new IllegalArgumentException(words[1]);
            }
        }
    }

    private static void crawl(DatabaseMetaData about, String schema) throws SQLException {
        try (ResultSet rows = about.getSchemas()) {
            while (rows.next()) print("schema", rows.getString("TABLE_SCHEM"));
        }
        try (ResultSet rows = about.getTables(null, schema, "%", null)) {
            while (rows.next()) {
                print("table", rows.getString("TABLE_NAME"), rows.getString("TABLE_TYPE"), rows.getString("REMARKS"));
            }
        }
        try (ResultSet rows = about.getColumns(null, schema, "%", "%")) {
            while (rows.next()) {
                print("column", rows.getString("TABLE_NAME"), rows.getString("COLUMN_NAME"),
                    rows.getString("TYPE_NAME"), rows.getString("DATA_TYPE"), rows.getString("REMARKS"));
            }
        }
        try (ResultSet rows = about.getFunctions(null, schema, "%")) {
            while (rows.next()) print("function", rows.getString("FUNCTION_NAME"), rows.getString("REMARKS"));
        }
        crawlKeys(about, schema);
    }

    /** Tools that draw diagrams request these for every table; views have neither keys nor indexes. */
    private static void crawlKeys(DatabaseMetaData about, String schema) throws SQLException {
        try (ResultSet tables = about.getTables(null, schema, "%", new String[] {"TABLE", "VIEW"})) {
            while (tables.next()) {
                String table = tables.getString("TABLE_NAME");
                try (ResultSet keys = about.getPrimaryKeys(null, schema, table);
                     ResultSet foreign = about.getImportedKeys(null, schema, table);
                     ResultSet indexes = about.getIndexInfo(null, schema, table, false, true)) {
                    while (keys.next()) print("key", table, keys.getString("COLUMN_NAME"));
                    while (foreign.next()) print("foreign key", table, foreign.getString("FKCOLUMN_NAME"));
                    while (indexes.next()) print("index", table, indexes.getString("INDEX_NAME"));
                }
            }
        }
    }

    private static void query(Connection connection, String sql, String[] parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int at = 0; at < parameters.length; at++) statement.setString(at + 1, parameters[at]);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) printRow(rows);
            }
        }
    }

    private static void printRow(ResultSet rows) throws SQLException {
        ResultSetMetaData about = rows.getMetaData();
        for (int at = 1; at <= about.getColumnCount(); at++) {
            Object value = rows.getObject(at);
            String name = about.getColumnLabel(at), kind = about.getColumnClassName(at);
            print(name, about.getColumnTypeName(at), kind, value == null ? null : exact(rows, at, value));
        }
    }

    /** The value as text; instants in UTC, independent of the time zones of the machine and the session. */
    private static String exact(ResultSet rows, int at, Object value) throws SQLException {
        if (!(value instanceof java.sql.Timestamp)) return value.toString();
        return rows.getObject(at, OffsetDateTime.class).toInstant().toString();
    }

    private static void print(String... words) {
        System.out.println(Stream.of(words).map(Client::quoted).collect(Collectors.joining(",", "[", "]")));
    }

    private static String quoted(String word) {
        if (word == null) return "null";
        // All characters but ASCII are escaped, so that the output does not depend on the console's encoding.
        return word.chars()
            .mapToObj(letter -> letter > 31 && letter < 127 && letter != '"' && letter != '\\'
                ? String.valueOf((char) letter) : String.format("\\u%04x", letter))
            .collect(Collectors.joining("", "\"", "\""));
    }
}
