import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;

/** A CRM in Java with JDBC. README.md says what it does. Run: java -cp /usr/share/java/postgresql.jar Jdbc.java CARD */
class Jdbc {
    static final String INSERT =
        "INSERT INTO contego.request (action, parameters, subscription, idempotency_key) VALUES ('ADD_SUBSCRIPTIONS', ?, 'S-1001', ?)";

    public static void main(String[] arguments) throws Exception {
        String card = arguments[0];
        String key = "jdbc-" + card;
        String parameters = "{\"smartcard_ca_id\": \"" + card + "\", \"service_ca_id\": \"1111\"}";

        // With stringtype=unspecified the server finds out the type of a text, so that setString() gives a jsonb.
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv().getOrDefault("PGPORT", "5432") + "/"
            + System.getenv("PGDATABASE") + "?stringtype=unspecified&user=" + System.getenv("PGUSER");
        try (Connection db = DriverManager.getConnection(url)) {
            long id = insert(db, parameters, key);
            System.out.println("inserted " + id);

            String state = "PENDING";
            while (state.equals("PENDING")) {
                Thread.sleep(100);
                state = text(db, "SELECT life_cycle_state FROM contego.request WHERE id = ?", id);
            }
            System.out.println("outcome " + id + " " + state);

            try {
                insert(db, parameters, key);
            } catch (SQLException error) {
                if (!"23505".equals(error.getSQLState())) throw error;
                System.out.println("again " + text(db, "SELECT request_id FROM contego.idempotency WHERE idempotency_key = ?", key));
            }

            System.out.println("fed " + id + " " + outcomeInTheFeed(db, id));

            String later = text(db, "INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', ?, ?) RETURNING id",
                parameters, OffsetDateTime.now().plusDays(3));
            System.out.println("withdrawn " + later + " "
                + text(db, "SELECT coalesce(refused, after) FROM contego.withdraw(?, 'the customer has paid')", Long.parseLong(later)));
        }
    }

    static long insert(Connection db, String parameters, String key) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(INSERT, new String[] {"id"})) {
            statement.setString(1, parameters);
            statement.setString(2, key);
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    static String text(Connection db, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = db.prepareStatement(sql)) {
            for (int i = 0; i < values.length; ++i) statement.setObject(i + 1, values[i]);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    static String outcomeInTheFeed(Connection db, long id) throws Exception {
        long position = 0; // a real reader stores the position that it has processed
        String outcome = null;
        try (PreparedStatement feed = db.prepareStatement("SELECT position, request_id, life_cycle_state FROM contego.finished_after(?)")) {
            while (outcome == null) {
                feed.setLong(1, position);
                try (ResultSet rows = feed.executeQuery()) {
                    while (rows.next()) {
                        position = rows.getLong(1);
                        if (rows.getLong(2) == id) outcome = rows.getString(3);
                    }
                }
                Thread.sleep(100);
            }
        }
        return outcome;
    }
}
