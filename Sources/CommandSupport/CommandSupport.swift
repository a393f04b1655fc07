/// CommandSupport.
