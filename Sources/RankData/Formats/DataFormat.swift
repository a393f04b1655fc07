/// The formats that a data set may come in.
enum DataFormat: String, Sendable, CaseIterable {
    /// `u.data` and `u.item`.
    case movieLens = "MovieLens (u.data)"
    /// `NAME.inter` and `NAME.item`.
    case recBole = "RecBole (.inter)"
    /// `ratings.dat` and `movies.dat`.
    case movieLensDat = "MovieLens (ratings.dat)"
    /// `ratings.csv` and `movies.csv`.
    case movieLensCSV = "MovieLens (ratings.csv)"
    /// Any CSV of ratings.
    case csv = "CSV"
}
